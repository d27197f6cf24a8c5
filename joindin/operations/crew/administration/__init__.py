"""Operations of those who administer the crew: building blocks, questions, accounts. Operations of volunteers and planners are above."""
